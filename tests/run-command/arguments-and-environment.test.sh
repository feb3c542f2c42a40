# Arguments and environment reach the program unchanged; what is too long says so.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/deeds.sh"

must_quietly process deeds arguments "two words" "" 'quote"s' -v --mem
expect_stdout "deeds: 5 arguments, 23 bytes
[two words]
[]
[quote\"s]
[-v]
[--mem]"
mkdir "a folder"
mv deeds "a folder/my deeds"
must_quietly dyad run --machine process -- "a folder/my deeds" arguments -v
expect_stdout_line "my deeds: 1 arguments, 2 bytes"
cd "a folder"
must_quietly process ../"a folder/my deeds" arguments
must_quietly process "$PWD/my deeds" arguments
mv "my deeds" ../deeds
cd ..

must_quietly process --env A=1 --env B= --env "C=x y=z" deeds environment
expect_stdout "A=1
B=
C=x y=z"
SECRET=1 must_quietly process deeds environment
expect_no_stdout

long=$(printf '%0100000d' 0)
must_quietly process deeds arguments $long $long $long $long
expect_stdout_line "deeds: 4 arguments, 400000 bytes"
run process deeds arguments $long $long $long $long $long $long
expect_status 125
expect_stderr_match "dyad run: error: arguments and environment are too long: at most [0-9]+ bytes fit"
