"""Tables laid out for pages: what the annex and the atlas both print."""
