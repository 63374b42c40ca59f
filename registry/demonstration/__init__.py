"""The labelled demonstration: invented parties, impossible patent numbers, half a year of events.

All of it goes through the services. Nothing here is reached from the product (design: journeys 6).
"""
