"""A plan and counts of areas, before and with an action, for tests of evaluations."""

import numpy as np

ROLES = {"Town": "treated", "Port": "control", "Quay": "control"}
PLAN = {
    "question": "Did patrols in Town lower serious violence?",
    "before": "2025-01..2026-12",
    "after": "2027-01..2027-12",
    "dosage": "Three visits a day.",
}


def counts_csv(*, after=True, mean=20.0, ratio=0.7, extra=()):
    """Counts of three years by month, the action in the third."""
    rng = np.random.default_rng(5)
    lines = ["area,role,period,n"]
    for area, role in (*ROLES.items(), *extra):
        for t in range(36):
            done = t >= 24
            n = rng.poisson(mean * (ratio if done and role == "treated" else 1))
            if after or not done:
                lines.append(f"{area},{role},{2025 + t // 12}-{t % 12 + 1:02d},{n}")
    return "\n".join(lines) + "\n"
