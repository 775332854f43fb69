"""``python -m vaas`` is the ``vaas`` command."""

from vaas.cli import main

if __name__ == "__main__":
    main()
