"""Was the forecast good; did the action work; was it fair."""
