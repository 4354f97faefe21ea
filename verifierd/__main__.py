"""`python -m verifierd` is the command `verifierd`."""

from verifierd.cli.main import main

if __name__ == "__main__":
    main()
