/* Function pointers: kept in a table, and called. */
int callback(int number);

int (*const table[])(int) = {callback};

int call(int (*function)(int));

int
call(int (*function)(int))
{
	return function(1) + 1;
}
