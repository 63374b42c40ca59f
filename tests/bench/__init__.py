"""Ratios against bare baselines measured in the same run: machines differ, ratios travel. Nothing here is a test."""
