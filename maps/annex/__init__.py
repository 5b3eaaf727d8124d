"""The annex: tables as workbook and document."""
