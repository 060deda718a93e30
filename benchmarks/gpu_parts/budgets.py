"""The parts of the check in their order, by worth, and the seconds that each may take.

Parts that need less leave the rest to those that follow.
"""

SECONDS: dict[str, float] = {
    "device": 40,
    "values": 80,
    "evaluation-pinn": 60,
    "evaluation-resnet": 70,
    "evaluation-transformer": 90,
    "memory": 50,
    "hessian": 60,
    "tests": 90,
    "processes": 60,
    "compiled": 120,
}
