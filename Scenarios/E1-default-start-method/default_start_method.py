"""The start method that a program uses when it asks for none."""

from multiprocessing import get_start_method

if __name__ == "__main__":
    print(get_start_method())
