/* A master on libmodbus for comparison: 31 meters x 40 registers, the silence kept to the microsecond by waking early
 * and waiting awake. Arguments: path, baud rate, rounds. Prints how long the rounds took, ms; the first is not counted. */
#include <modbus/modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define METERS 31
#define WORDS 40
#define EARLY_MS 0.1

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void wait_until(double due_ms) {
  double sleep_ms = due_ms - now_ms() - EARLY_MS;
  if (sleep_ms > 0) {
    struct timespec t = {0, (long)(sleep_ms * 1e6)};
    nanosleep(&t, NULL);
  }
  while (now_ms() < due_ms) {
  }
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  int baud = atoi(argv[2]);
  int rounds = atoi(argv[3]);
  double silence_ms = baud > 19200 ? 1.75 : 3.5 * 11000.0 / baud;
  modbus_t *line = modbus_new_rtu(argv[1], baud, 'N', 8, 1);
  if (line == NULL || modbus_connect(line) != 0) return 1;
  modbus_set_response_timeout(line, 5, 0);
  modbus_set_byte_timeout(line, 1, 0);
  uint16_t words[WORDS];
  double began_ms = 0, last_ms = 0;
  for (int round = 0; round <= rounds; round++) {
    if (round == 1) began_ms = now_ms();
    for (int unit = 1; unit <= METERS; unit++) {
      wait_until(last_ms + silence_ms);
      modbus_set_slave(line, unit);
      if (modbus_read_registers(line, 0, WORDS, words) != WORDS) return 1;
      last_ms = now_ms();
    }
  }
  printf("%f\n", now_ms() - began_ms);
  modbus_close(line);
  modbus_free(line);
  return 0;
}
