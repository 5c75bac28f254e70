"""`python -m pipelines.cli`: the same as `fleetbill`."""

from pipelines.cli.main import main

main()
