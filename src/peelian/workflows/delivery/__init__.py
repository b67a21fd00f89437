"""What was delivered of plans, from pings and from what teams report."""
