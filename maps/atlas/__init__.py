"""The atlas: printed maps, one sheet per commune."""
