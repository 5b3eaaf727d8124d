"""Charts as pictures: SVG for a page, PNG for a document."""
