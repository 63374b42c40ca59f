"""The collector rests while everything is loaded: see `pytest_collection_finish`."""

import gc

gc.disable()
