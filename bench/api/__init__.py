"""The generated API of a resource against other ways to write it, over HTTP.

__main__      (of bench) the command
models        the tables: those of examples/tasks, tasks with a history
database      the databases that everybody reads and writes, alike to the byte
workloads     what is asked, and for which rows
dialects      how each contender is asked, and where the rows stand in its answers
contenders    the catalogue: each server's command and what it needs to run
answers       what a right answer is; nobody is timed before giving it
turns         A B C A B C …: every contender at every workload, again and again
targets       what is to be reached;  `report` writes it all down
peers/        the servers, one small file each
"""
