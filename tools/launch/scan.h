/* leaktrace scan PID: asks a running process for a scan, waits for it, and prints what it found. */
#ifndef LR_LAUNCH_SCAN_H
#define LR_LAUNCH_SCAN_H

/* argv[0] is "scan". The exit status: 0 scanned; 125 it could not be; 126 the process is another
 * user's; 127 there is no such process, or it is not traced. */
int lr_scan_main(int argc, char **argv);

#endif
