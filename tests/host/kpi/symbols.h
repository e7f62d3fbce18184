/* The names of kpi/symbols.txt, as the Makefile turns them into C: ends with NULL. */
#ifndef SYMBOLS_H
#define SYMBOLS_H

extern const char *const kpi_names[];

#endif
