"""What must hold among reported figures: of one reporter, and of all together."""
