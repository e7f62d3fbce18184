/* The counters that are kept, by their names in struct sctpstat. */
#include "sctpstat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNTER(name, text) {#name, text, offsetof(struct sctpstat, sctps_##name)}

static const struct {
	const char *name, *text;
	size_t offset;
} counters[] = {
    COUNTER(currestab, "associations now"),
    COUNTER(activeestab, "associations set up from this side"),
    COUNTER(restartestab, "restarts of peers"),
    COUNTER(collisionestab, "associations set up from both sides at once"),
    COUNTER(passiveestab, "associations set up by peers"),
    COUNTER(aborted, "associations aborted or given up"),
    COUNTER(shutdown, "associations shut down"),
    COUNTER(outoftheblue, "packets of no association"),
    COUNTER(checksumerrors, "packets with a wrong checksum"),
    COUNTER(outcontrolchunks, "control chunks sent"),
    COUNTER(outorderchunks, "ordered DATA chunks sent"),
    COUNTER(outunorderchunks, "unordered DATA chunks sent"),
    COUNTER(incontrolchunks, "control chunks received"),
    COUNTER(inorderchunks, "ordered DATA chunks taken in"),
    COUNTER(inunorderchunks, "unordered DATA chunks taken in"),
    COUNTER(fragusrmsgs, "messages sent in fragments"),
    COUNTER(reasmusrmsgs, "messages reassembled"),
    COUNTER(outpackets, "packets sent"),
    COUNTER(inpackets, "packets received"),
    COUNTER(recvpktwithdata, "packets received with DATA"),
    COUNTER(recvsacks, "SACK chunks received"),
    COUNTER(recvdata, "DATA chunks received"),
    COUNTER(recvdupdata, "DATA chunks received again"),
    COUNTER(recvheartbeat, "HEARTBEAT chunks received"),
    COUNTER(recvheartbeatack, "HEARTBEAT ACK chunks received"),
    COUNTER(recvecne, "ECNE chunks received"),
    COUNTER(sendsacks, "SACK chunks sent"),
    COUNTER(senddata, "DATA chunks sent"),
    COUNTER(sendretransdata, "DATA chunks sent again"),
    COUNTER(sendfastretrans, "DATA chunks sent again fast"),
    COUNTER(sendheartbeat, "HEARTBEAT chunks sent"),
    COUNTER(sendecne, "ECNE chunks sent"),
    COUNTER(senderrors, "packets that could not be sent"),
    COUNTER(timodata, "T3-rtx expired"),
    COUNTER(timowindowprobe, "window probe timers expired"),
    COUNTER(timoinit, "T1-init expired"),
    COUNTER(timosack, "delayed SACKs sent by timer"),
    COUNTER(timoshutdown, "T2-shutdown expired after SHUTDOWN"),
    COUNTER(timoheartbeat, "heartbeat timers expired"),
    COUNTER(timocookie, "T1-cookie expired"),
    COUNTER(timosecret, "changes of the key of cookies"),
    COUNTER(timopathmtu, "path MTU timers expired"),
    COUNTER(timoshutdownack, "T2-shutdown expired after SHUTDOWN ACK"),
    COUNTER(timoshutdownguard, "T5-shutdown-guard expired"),
    COUNTER(timoautoclose, "associations shut down by SCTP_AUTOCLOSE"),
    COUNTER(hdrops, "packets too short"),
    COUNTER(noport, "packets to ports without a socket"),
    COUNTER(badvtag, "packets with a wrong verification tag"),
    COUNTER(badsid, "DATA chunks of streams that are not"),
    COUNTER(nomem, "chunks dropped for want of memory"),
    COUNTER(windowprobed, "packets sent into closed windows"),
    COUNTER(datadroprwnd, "DATA chunks dropped for want of room"),
    COUNTER(ecnereducedcwnd, "windows reduced by ECN"),
    COUNTER(wu_sacks_sent, "window updates sent"),
    COUNTER(sends_with_flags, "messages sent with flags"),
    COUNTER(sends_with_unord, "messages sent unordered"),
    COUNTER(sends_with_eof, "messages sent with SCTP_EOF"),
    COUNTER(sends_with_abort, "messages sent with SCTP_ABORT"),
    COUNTER(left_abandon, "messages unread at close"),
    COUNTER(malformed, "packets with something broken"),
    COUNTER(badcookie, "cookies forged or broken"),
    COUNTER(stalecookie, "cookies too late"),
    COUNTER(refusedsetup, "set-ups refused"),
    COUNTER(unexpected, "chunks without a place in their state"),
    COUNTER(unrecognized, "chunks of unknown kinds"),
    COUNTER(repliesdropped, "answers to strangers not sent"),
    COUNTER(icmpused, "ICMP messages used"),
    COUNTER(icmpignored, "ICMP messages ignored"),
};

void
print_counters(const struct wishes *wishes)
{
	size_t length;
	const char *stats = read_variable("net.sctp.stats", &length);

	if (wishes->json)
		printf("{");
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		uint32_t value = 0;

		if (counters[i].offset + sizeof(value) <= length)
			memcpy(&value, stats + counters[i].offset, sizeof(value));
		if (wishes->json)
			printf("%s\"%s\":%u", i == 0 ? "" : ",", counters[i].name, (unsigned)value);
		else if (value != 0 || wishes->zeros)
			printf("%10u %s\n", (unsigned)value, counters[i].text);
	}
	if (wishes->json)
		printf("}");
	free((void *)(uintptr_t)stats);
}
