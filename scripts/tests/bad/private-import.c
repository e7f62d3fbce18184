/* Imports a symbol of com.apple.kpi.private. */
void soisconnected(void *socket);

void private_import(void *socket);

void
private_import(void *socket)
{
	soisconnected(socket);
}
