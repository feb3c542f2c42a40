#!/usr/bin/env python3
"""Writes an SQL script of about COUNT statements for SQLite's shell: sql.py COUNT. The same script for the same COUNT."""
import sys

count = int(sys.argv[1])
state = 12345


def below(limit):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 33) % limit


names = ["ada", "grace", "edsger", "barbara", "donald", "frances", "alan", "kathleen"]
print("""PRAGMA page_size = 4096;
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, balance REAL DEFAULT 0);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers, item TEXT, amount REAL, made TEXT);
CREATE TABLE journal (n INTEGER PRIMARY KEY, what TEXT);
CREATE INDEX by_customer ON orders (customer, amount);
CREATE VIEW totals AS SELECT customer, count(*) AS orders, sum(amount) AS total FROM orders GROUP BY customer;
CREATE TRIGGER log_delete AFTER DELETE ON orders BEGIN
  INSERT INTO journal (what) VALUES ('deleted ' || old.id);
END;
BEGIN;""")
customers = max(20, count // 50)
for i in range(1, customers + 1):
    print("INSERT INTO customers VALUES (%d, '%s %d', '%s', %d.%02d);"
          % (i, names[below(8)], i, "town" + str(below(30)), below(1000), below(100)))
print("COMMIT;\nBEGIN;")
for i in range(count):
    kind = below(20)
    if kind < 13:
        print("INSERT INTO orders (customer, item, amount, made) VALUES (%d, 'item-%x', %d.%02d, date('2020-01-01', '+%d days'));"
              % (1 + below(customers), below(65536), below(500), below(100), below(1000)))
    elif kind < 15:
        print("UPDATE customers SET balance = balance + %d.5 WHERE id = %d;" % (below(100), 1 + below(customers)))
    elif kind == 15:
        print("DELETE FROM orders WHERE id = %d;" % (1 + below(i + 1)))
    elif kind == 16:
        print("SELECT id, item, amount FROM orders WHERE customer = %d ORDER BY amount DESC, id LIMIT 3;" % (1 + below(customers)))
    elif kind == 17:
        print("SELECT name, round(balance, 2), printf('%%08.3f', balance / 7) FROM customers WHERE id BETWEEN %d AND %d;"
              % ((lambda a: (a, a + 3))(1 + below(customers))))
    elif kind == 18:
        print("SELECT count(*), total(amount), max(item) FROM orders WHERE amount > %d AND item GLOB 'item-[0-9a]*';" % below(500))
    elif below(6) == 0:
        print("COMMIT;\nBEGIN;")
    else:
        print("SAVEPOINT s;\nUPDATE orders SET amount = amount * 1.1 WHERE customer = %d;\nROLLBACK TO s;\nRELEASE s;"
              % (1 + below(customers)))
print("""COMMIT;
SELECT * FROM totals ORDER BY total DESC, customer LIMIT 10;
SELECT c.city, count(*), printf('%.6f', sum(o.amount)) FROM customers c JOIN orders o ON o.customer = c.id
  GROUP BY c.city HAVING count(*) > 2 ORDER BY c.city;
WITH RECURSIVE fib(n, a, b) AS (SELECT 1, 0, 1 UNION ALL SELECT n + 1, b, a + b FROM fib WHERE n < 80) SELECT n, a FROM fib WHERE n % 20 = 0;
SELECT name, rank() OVER (ORDER BY balance DESC, id) AS place FROM customers ORDER BY place LIMIT 5;
SELECT json_group_array(item) FROM (SELECT item FROM orders ORDER BY id LIMIT 5);
SELECT hex(zeroblob(4)), quote(x'00ff'), typeof(1.0), 1e300 * 1e10, -0.0, 0.1 + 0.2, 9223372036854775807 + 1;
SELECT strftime('%Y-%W', '2021-03-14'), julianday('2000-01-01'), abs(-5), instr('migrate', 'gra'), upper('straße');
SELECT count(*), min(n), max(n) FROM journal;
EXPLAIN QUERY PLAN SELECT * FROM orders WHERE customer = 3 AND amount > 10;
DELETE FROM orders WHERE id % 3 = 0;
VACUUM;
PRAGMA integrity_check;
.tables
.mode box
SELECT customer, orders, round(total, 3) AS total FROM totals ORDER BY customer LIMIT 4;""")
