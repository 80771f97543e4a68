"""The .vec files of tests/vectors: their text format, how a reader judges one, and the cases that are written."""
