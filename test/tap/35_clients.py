# psycopg2 with plain text values: what 35_clients.pl runs.  Prints "ok ..." or "not ok ..." for each check.
import io
import struct

import psycopg2

TYPES = [
    # type, column, three values as the server writes them, query, operator, ids nearest first
    ("vector", "vector(3)", ["[1,2,3]", "[4,5.5,6]", "[1,1,-1e-30]"], "[1,1,1]", "<->", [3, 1, 2]),
    ("halfvec", "halfvec(3)", ["[1,2,3]", "[4,5.5,6]", "[1,1,-0.5]"], "[1,1,1]", "<+>", [3, 1, 2]),
    ("sparsevec", "sparsevec(3)", ["{1:1,2:2,3:3}/3", "{1:4,3:6}/3", "{2:-0.5}/3"], "{2:1}/3", "<#>", [1, 2, 3]),
    ("bit", "bit(3)", ["000", "101", "111"], "111", "<~>", [3, 2, 1]),
]

# The binary form, by hand: counts and numbers are big-endian.
BINARY = {
    "vector": struct.pack(">hh3f", 3, 0, 1, 2, 3),
    "halfvec": struct.pack(">hh3e", 3, 0, 1, 2, 3),
    "sparsevec": struct.pack(">3i3i3f", 3, 3, 0, 0, 1, 2, 1, 2, 3),
    "bit": struct.pack(">iB", 3, 0),
}

COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)


def check(name, got, expected):
    print(f"ok psycopg2: {name}" if got == expected else f"not ok psycopg2: {name}: {got!r}, expected {expected!r}")


def binary_rows(type_name):
    """Rows (id, value) for COPY: the first is written by hand, the second is NULL."""
    value = BINARY[type_name]
    rows = struct.pack(">hii", 2, 4, 1) + struct.pack(">i", len(value)) + value
    rows += struct.pack(">hiii", 2, 4, 2, -1)
    return COPY_HEAD + rows + struct.pack(">h", -1)


def error_of(cursor, statement, *values):
    cursor.execute("SAVEPOINT before")
    try:
        cursor.execute(statement, values)
    except psycopg2.Error as error:
        cursor.execute("ROLLBACK TO before")
        return error.pgcode, error.diag.message_primary
    return None


def check_type(cursor, type_name, column, values, query, operator, nearest):
    table = f"client_{type_name}"
    cursor.execute(f"CREATE TEMP TABLE {table} (id integer, v {column})")
    cursor.executemany(f"INSERT INTO {table} VALUES (%s, %s)", list(enumerate(values, 1)) + [(4, None)])
    cursor.execute(f"SELECT v FROM {table} ORDER BY id")
    check(f"{type_name}: read what was inserted", [row[0] for row in cursor.fetchall()], values + [None])
    cursor.execute(f"SELECT id FROM {table} WHERE v IS NOT NULL ORDER BY v {operator} %s LIMIT 3", (query,))
    check(f"{type_name}: search", [row[0] for row in cursor.fetchall()], nearest)
    cursor.execute(f"SELECT id FROM {table} WHERE v = %s", (values[1],))
    check(f"{type_name}: find a value", cursor.fetchall(), [(2,)])

    text = io.StringIO()
    cursor.copy_expert(f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT", text)
    lines = [f"{i}\t{value}\n" for i, value in enumerate(values, 1)] + ["4\t\\N\n"]
    check(f"{type_name}: COPY TO as text", text.getvalue(), "".join(lines))
    cursor.execute(f"TRUNCATE {table}")
    cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO("".join(lines)))
    cursor.execute(f"SELECT v FROM {table} ORDER BY id")
    check(f"{type_name}: COPY FROM as text", [row[0] for row in cursor.fetchall()], values + [None])

    written = io.BytesIO()
    cursor.execute(f"DELETE FROM {table} WHERE id IN (2, 3); UPDATE {table} SET id = 2 WHERE id = 4")
    cursor.copy_expert(f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT (FORMAT binary)", written)
    check(f"{type_name}: COPY TO in binary", written.getvalue(), binary_rows(type_name))
    cursor.execute(f"TRUNCATE {table}")
    cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT binary)", io.BytesIO(binary_rows(type_name)))
    cursor.execute(f"SELECT v FROM {table} ORDER BY id")
    check(f"{type_name}: COPY FROM in binary", [row[0] for row in cursor.fetchall()], [values[0], None])


def check_damaged(cursor, type_name):
    """Binary values cut off anywhere, or with any one byte changed: taken, or refused by an error."""
    value = BINARY[type_name]
    damaged = [value[:n] for n in range(len(value))] + [value + b"\0"]
    damaged += [value[:i] + bytes([byte]) + value[i + 1:] for i in range(len(value)) for byte in (0, 1, 0x7F, 0x80, 0xFF)]
    taken = refused = 0
    cursor.execute(f"CREATE TEMP TABLE damaged_{type_name} (v {type_name}{'(3)' if type_name == 'bit' else ''})")
    for bytes_sent in damaged:
        rows = COPY_HEAD + struct.pack(">hi", 1, len(bytes_sent)) + bytes_sent + struct.pack(">h", -1)
        cursor.execute("SAVEPOINT before")
        try:
            cursor.copy_expert(f"COPY damaged_{type_name} FROM STDIN (FORMAT binary)", io.BytesIO(rows))
            taken += 1
        except psycopg2.Error as error:
            cursor.execute("ROLLBACK TO before")
            refused += error.pgcode is not None
    cursor.execute(f"SELECT count(*), count(v::text::{type_name}) FROM damaged_{type_name}")
    check(f"{type_name}: damaged binary values are taken or refused, and those taken can be read",
          (taken + refused, cursor.fetchone()), (len(damaged), (taken, taken)))
    check(f"{type_name}: every cut is refused", refused >= len(value), True)


def main():
    connection = psycopg2.connect("")
    cursor = connection.cursor()
    for case in TYPES:
        check_type(cursor, *case)
        check_damaged(cursor, case[0])
    check("an error has its code and text", error_of(cursor, "SELECT %s::vector(3)", "[1,2]"),
          ("22000", "expected 3 dimensions, not 2"))
    check("a list of numbers becomes a vector", error_of(cursor, "SELECT %s::vector(3)", [1, 2.5, 3]), None)
    cursor.execute("SELECT %s::vector(3), %s::sparsevec", ([1, 2.5, 3], [0, 2.5, 0]))
    check("and is read as text", cursor.fetchone(), ("[1,2.5,3]", "{2:2.5}/3"))
    connection.close()


main()
