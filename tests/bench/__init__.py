"""Ratios against bare baselines of the same run: machines differ, ratios travel. Nothing here is a test."""
