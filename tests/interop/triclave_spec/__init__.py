"""An independent implementation of the Triclave format, written from src/format/SPEC.md and the .proto files alone.

It is slow, keeps everything in memory and protects nothing against side channels: it exists to find out whether
SPEC.md is enough for a stranger, and to exchange files with the program both ways.
"""
