# Checks and counts the rows of tests/api/api.tsv; a part of api.sh, whose --help tells what it prints.

BEGIN {
	for (i = split("option control notification function call other", names, " "); i > 0; i--)
		kinds[names[i]] = 1
	read_log()
	read_options(headers "/sctp.h")
	read_structures(headers "/sctp_uio.h")
}

function wrong(name, why) {
	printf "not ok %s: %s\n", name, why
	failed++
}

# How each test ended: ended[file#name].
function read_log(    line, file) {
	while ((getline line < log_file) > 0) {
		if (line ~ /^== test_/)
			file = substr(line, 4)
		else if (line ~ /^ok /)
			ended[file "#" substr(line, 4)] = "passed"
		else if (match(line, /^FAILED [A-Za-z0-9_]+/))
			ended[file "#" substr(line, 8, RLENGTH - 7)] = "failed"
		else if (match(line, /^skipped: [A-Za-z0-9_]+/))
			ended[file "#" substr(line, 10, RLENGTH - 9)] = "skipped"
	}
	close(log_file)
}

function has(kind, name) {
	wanted[++wanted_count] = kind " " name
	there[kind, name] = 1
}

# The options stand before the older names.
function read_options(path,    line, words) {
	while ((getline line < path) > 0 && line !~ /Older names/)
		if (line ~ /^#define SCTP_[A-Z0-9_]+ +0x/ && split(line, words, " ") > 2)
			has("option", words[2])
	close(path)
}

# Control data and notifications stand below a comment of their own, up to an empty line.
function read_structures(path,    line, words, kind) {
	while ((getline line < path) > 0) {
		if (line ~ /^\/\* Control data: cmsg_type/)
			kind = "control"
		else if (line ~ /^\/\* Notifications: sn_type/)
			kind = "notification"
		else if (line == "")
			kind = ""
		else if (kind != "" && line ~ /^#define SCTP_[A-Z0-9_]+ +0x/ && split(line, words, " ") > 2)
			has(kind, words[2])
		else if (line ~ /^[a-z_]+ sctp_[a-z_]+\(/) {
			sub(/\(.*$/, "", line)
			sub(/^.* /, "", line)
			has("function", line)
		}
	}
	close(path)
}

# The names of a file's tests.
function look(file,    path, line) {
	if (file in looked)
		return looked[file]
	looked[file] = 0
	path = tests "/" file ".c"
	while ((getline line < path) > 0) {
		looked[file] = 1
		if (sub(/^TEST[A-Z_]*\(/, "", line)) {
			sub(/[^A-Za-z0-9_].*$/, "", line)
			is_test[file "#" line] = 1
		} else if (sub(/^OPTION\(/, "", line)) {
			sub(/[^A-Za-z0-9_].*$/, "", line)
			is_test[file "#option_" line] = 1
		}
	}
	close(path)
	return looked[file]
}

# How the tests of a row ended; the worst counts. Nothing if one of them is not there.
function result_of(list, name,    places, i, parts, result) {
	result = "passed"
	for (i = split(list, places, /, */); i > 0; i--) {
		split(places[i], parts, "#")
		if (!look(parts[1])) {
			wrong(name, "there is no " tests "/" parts[1] ".c")
			return ""
		}
		if (!(places[i] in is_test)) {
			wrong(name, "'" places[i] "' is no test")
			return ""
		}
		if (ended[places[i]] == "failed")
			result = "failed"
		else if (result == "passed" && ended[places[i]] != "passed")
			result = ended[places[i]] == "" ? "not run" : ended[places[i]]
	}
	return result
}

FNR == 1 {
	if ($0 != "kind\tname\ttest\tremark")
		wrong(FILENAME, "the first line is not 'kind name test remark', divided by tabs")
	next
}

NF != 4 || $1 == "" || $2 == "" || $3 == "" || $4 == "" {
	wrong(FILENAME ":" FNR, "not four columns, each with something in it")
	next
}

!($1 in kinds) {
	wrong($2, "'" $1 "' is no kind")
	next
}

($1, $2) in seen {
	wrong($2, "there are two rows")
	next
}

{
	seen[$1, $2] = 1
	if ($1 != "call" && $1 != "other" && !(($1, $2) in there)) {
		wrong($2, "the headers have no such " $1)
		next
	}
	result = $3 == "-" ? "no test" : result_of($3, $2)
	if (result == "")
		next
	if (result == "passed") {
		passed++
		print "ok " $2
		if ($4 ~ /^EOPNOTSUPP/)
			result = "EOPNOTSUPP"
	} else if (result == "failed")
		wrong($2, "a test failed: " $3)
	else {
		skipped++
		printf "skipped: %s: %s\n", $2, result ($3 == "-" ? "" : ": " $3)
	}
	places = $3
	gsub(/, */, "<br>", places)
	lines[++line_count] = "| " $1 " | " $2 " | " result " | " places " | " ($4 == "-" ? "" : $4) " |"
}

END {
	for (i = 1; i <= wanted_count; i++) {
		split(wanted[i], parts, " ")
		if (!((parts[1], parts[2]) in seen))
			wrong(parts[2], "the headers have it, and tests/api/api.tsv has no row")
	}
	print "# The socket API and its tests\n" > report
	print "`EOPNOTSUPP`: it is not there, and its test shows that a program is told so.\n" > report
	print "| kind | name | result | test | remark |\n|---|---|---|---|---|" > report
	for (i = 1; i <= line_count; i++)
		print lines[i] > report
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed > 0
}
