"""What several rooms need: intervals, resampling, false discovery, scores of a surface."""
