# Checks and counts the rows of tests/requirements; a part of requirements.sh, whose --help tells what it prints.

BEGIN {
	levels["MUST"] = levels["MUST NOT"] = "MUST"
	levels["SHOULD"] = levels["SHOULD NOT"] = "SHOULD"
}

function wrong(why) {
	printf "not ok %s:%d: %s\n", FILENAME, FNR, why
	failed++
}

# The identifier as text that sorts as the RFC orders; a section's own rows come before those of its subsections.
function rank(id,    numbers, count, i, text) {
	count = split(id, numbers, /[.-]/)
	for (i = 1; i < count; i++)
		text = text sprintf("%03d.", numbers[i])
	return text "-" sprintf("%03d", numbers[count])
}

function define(path, text) {
	if (match(text, /^[A-Za-z_][A-Za-z0-9_]*/))
		defined[path, substr(text, 1, RLENGTH)] = 1
}

# Notes the names that a line of Rust, C or shell defines.
function look_at(path, line,    text) {
	text = line
	if (path ~ /\.rs$/) {
		if (sub(/^[ \t]*([a-z(): ]+ )?(fn|struct|enum|union|trait|mod|const|static|type|macro_rules!) +/, "", text))
			define(path, text)
		# The variants of an enum.
		else if (sub(/^[ \t]+/, "", text) && text ~ /^[A-Z][A-Za-z0-9]*([,({ ]|$)/)
			define(path, text)
	} else if (path ~ /\.[ch]$/) {
		if (sub(/^#[ \t]*define[ \t]+/, "", text) || sub(/^(struct|enum|union)[ \t]+/, "", text))
			define(path, text)
		# The tests of the test host.
		else if (sub(/^TEST[A-Z_]*\(/, "", text))
			define(path, text)
		# A function's name begins its line, or follows what it returns.
		else if (line ~ /^[A-Za-z_].*\(/) {
			sub(/[ \t]*\(.*$/, "", text)
			sub(/^.*[ \t*]/, "", text)
			define(path, text)
		}
	} else if (path ~ /\.sh$/ && line ~ /^[A-Za-z_0-9]+\(\)/)
		define(path, line)
}

# Whether there is such a file; its names are noted the first time.
function look(path,    line) {
	if (path in there)
		return there[path]
	there[path] = 0
	while ((getline line < path) > 0) {
		there[path] = 1
		look_at(path, line)
	}
	close(path)
	return there[path]
}

# A place is path#name, or a whole file where that may be.
function check_place(place, whole_file,    parts, count) {
	count = split(place, parts, "#")
	if (place !~ /^[A-Za-z0-9_.\/-]+(#[A-Za-z_][A-Za-z0-9_]*)?$/)
		wrong("'" place "' is not of the form path#name")
	else if (!look(parts[1]))
		wrong("there is no " parts[1])
	else if (count == 2 && !((parts[1], parts[2]) in defined))
		wrong(parts[1] " defines no " parts[2])
	else if (count == 1 && !whole_file)
		wrong("'" place "' names no function, type or constant")
}

function check_places(list, whole_file,    places, count, i) {
	count = split(list, places, /, */)
	for (i = 1; i <= count; i++)
		check_place(places[i], whole_file)
}

function check_id(id) {
	if (id !~ /^[0-9]+(\.[0-9]+)*-[0-9][0-9]+$/)
		wrong("'" id "' is not of the form 6.2-03")
	else if (id !~ ("^" section "[.-]"))
		wrong(id " is not of section " section)
	else {
		if (id in ids)
			wrong(id " is there twice")
		else if (last != "" && rank(last) >= rank(id))
			wrong(id " stands behind " last)
		ids[id] = 1
		last = id
	}
}

# What the code and test columns say: covered, untested, gap or exception.
function kind_of(id, level, code, test) {
	if (code == "exception" || code == "gap") {
		if (test == "-")
			wrong("the " code " is not explained")
		return code
	}
	if (test != "-")
		check_places(test, 1)
	if (code == "-") {
		if (level == "MUST")
			wrong(id " is a MUST with neither code nor exception nor gap")
		return "gap"
	}
	check_places(code, 0)
	return test == "-" ? "untested" : "covered"
}

function tally(level, kind) {
	total[section, level, kind]++
	total["all", level, kind]++
	total[section, level, "rows"]++
	total["all", level, "rows"]++
}

# The cells as a line of the report's tables.
function cells(a, b, c, d, e,    line) {
	line = a "\t" b "\t" c "\t" d (e == "" ? "" : "\t" e)
	gsub(/\|/, "\\|", line)
	gsub(/\t/, " | ", line)
	return "| " line " |"
}

FNR == 1 {
	section = FILENAME
	sub(/^.*section-/, "", section)
	sub(/\.tsv$/, "", section)
	order[++files] = section
	last = ""
	if ($0 != "id\tlevel\trequirement\tcode\ttest")
		wrong("the first line is not 'id level requirement code test', divided by tabs")
	next
}

NF != 5 {
	wrong(NF " columns, not 5")
	next
}

{
	before = failed
	for (i = 1; i <= 5; i++)
		if ($i == "" || $i ~ /^ | $/)
			wrong("column " i " is empty or has stray blanks")
	check_id($1)
	level = levels[$2]
	if (level == "")
		wrong("'" $2 "' is no level")
	kind = kind_of($1, level, $4, $5)
	if (failed > before)
		next

	tally(level, kind)
	rows[++row_count] = cells($1, $2, $3, $4, $5)
	if (kind == "covered") {
		passed++
		print "ok " $1
	} else if (kind == "exception") {
		exceptions[++exception_count] = cells($1, $2, $3, $5)
	} else {
		why = kind == "untested" ? "no test checks " $4 : "gap: " ($4 == "-" ? "no code is named" : $5)
		skipped++
		printf "skipped: %s: %s\n", $1, why
		open_rows[++open_count] = cells($1, $2, $3, why)
	}
}

# One line of the counts, for the terminal and for the report.
function summarize(section, name,    i, k, level, text, line, sum) {
	for (i = 1; i <= 2; i++) {
		level = i == 1 ? "MUST" : "SHOULD"
		text = text sprintf("  %s %3d/%-3d", level, total[section, level, "covered"], total[section, level, "rows"])
		line = line sprintf(" %d | %d |", total[section, level, "covered"], total[section, level, "rows"])
		for (k = 1; k <= 3; k++)
			sum[k] += total[section, level, kinds[k]]
	}
	printf "%-11s%s  untested %d, gaps %d, exceptions %d\n", name, text, sum[1], sum[2], sum[3]
	printf "| %s |%s %d | %d | %d |\n", name, line, sum[1], sum[2], sum[3] > report
}

function table(title, heads, lines, count,    columns, i) {
	printf "\n## %s\n\n| %s |\n|", title, heads > report
	for (i = split(heads, columns, / [|] /); i > 0; i--)
		printf "---|" > report
	printf "\n" > report
	for (i = 1; i <= count; i++)
		print lines[i] > report
}

END {
	split("untested gap exception", kinds, " ")
	printf "# The requirements of RFC 9260\n\n" > report
	print "A rule is covered when code keeps it and a test would fail if it did not.\n" > report
	print "| section | MUST covered | of | SHOULD covered | of | untested | gaps | exceptions |" > report
	print "|---|---|---|---|---|---|---|---|" > report
	for (f = 1; f <= files; f++)
		summarize(order[f], "section " order[f])
	summarize("all", "all")
	table("Not kept, or kept and not tested", "id | level | requirement | why", open_rows, open_count)
	table("Exceptions", "id | level | requirement | why", exceptions, exception_count)
	table("All rows", "id | level | requirement | code | test", rows, row_count)
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed > 0
}
