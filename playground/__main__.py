"""`python -m playground` runs the command line."""

from playground.cli.main import main

if __name__ == "__main__":
    main()
