"""The labelled demonstration: invented parties, impossible patent numbers, half a year of events, all through the services.

Everything here is the demonstration's own; nothing of it may be reached from the product (design: journeys 6).
"""
