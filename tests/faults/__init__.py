"""Faults that must be survived: real servers, real databases, real kill -9. Run by `make faults`."""
