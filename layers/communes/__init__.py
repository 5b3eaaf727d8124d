"""Communes: boundaries, names, codes and vintages, and which commune is meant."""
