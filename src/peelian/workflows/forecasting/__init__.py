"""Where next, and how good forecasts were."""
