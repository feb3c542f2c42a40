# The shell of SQLite, configured and made by its own build system, runs an SQL script of thousands of statements.
# timeout: 1500
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/programs.sh"
need tclsh

# SQLite uses long double where it is wider than double, which no portable program can see alike; it has a switch for that.
options=(--disable-tcl --disable-readline --disable-load-extension --disable-shared)
build_dyad() {
    ./configure --host=none-dyad-linux-musl "${options[@]}" \
        CC=dyad-cc AR=dyad-ar RANLIB=dyad-ranlib NM=dyad-nm STRIP=dyad-strip BUILD_CC=cc BCC=cc \
        CFLAGS="-O2 -DLONGDOUBLE_TYPE=double" && make sqlite3
}
build_reference() {
    ./configure "${options[@]}" CC="$reference_cc" BCC=cc CFLAGS="-O2 -DLONGDOUBLE_TYPE=double" && make sqlite3
}
build_both sqlite
sqlite=$dyad_tree/sqlite3 native=$reference_tree/sqlite3
check_pair "$sqlite" 2000

mkdir fs
python3 "$programs_root/sql.py" "$(size 1000 5000 100000)" >fs/script.sql
everywhere memory fs fs/script.sql "$sqlite" "$native" -batch :memory:
everywhere file fs fs/script.sql "$sqlite" "$native" -batch -csv data.db
moving memory fs fs/script.sql "$sqlite" -batch :memory:
moving file fs fs/script.sql "$sqlite" -batch -csv data.db
cp -a file.reference.fs again
everywhere reopen again /dev/null "$sqlite" "$native" data.db \
    'PRAGMA integrity_check; SELECT count(*), sum(amount) FROM orders;' .schema
echo 'SELECT * FROM nowhere;' >wrong.sql
everywhere error fs wrong.sql "$sqlite" "$native" -batch -bail :memory:
