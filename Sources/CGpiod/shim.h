#pragma once
#include <errno.h>
#include <gpiod.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* libgpiod 1.x and 2.x share an include guard and no interface. Only 1.x has this macro. */
#ifdef GPIOD_LINE_BULK_MAX_LINES
#define FARMGATE_GPIOD_MAJOR 1
#else
#define FARMGATE_GPIOD_MAJOR 2
#endif

/* One face for both. A line here is one line requested on its own: `struct gpiod_line` in 1.x, which its
   chip owns, and `struct gpiod_line_request` in 2.x; so keep the chip open for as long as its lines.
   Functions that fail return -1 or NULL and leave the reason in `errno`. */

#if FARMGATE_GPIOD_MAJOR == 1
typedef struct gpiod_line farmgate_gpiod_line;
#else
typedef struct gpiod_line_request farmgate_gpiod_line;
#endif

struct farmgate_gpiod_chip_info {
  char name[64], label[64];
  unsigned int lines;
};

struct farmgate_gpiod_line_info {
  char name[64], consumer[64]; /* empty where there is none */
  bool used;
};

enum { FARMGATE_GPIOD_RISING = 1, FARMGATE_GPIOD_FALLING = 2 };

enum {
  FARMGATE_GPIOD_BIAS_AS_IS,
  FARMGATE_GPIOD_BIAS_DISABLED,
  FARMGATE_GPIOD_BIAS_PULL_UP,
  FARMGATE_GPIOD_BIAS_PULL_DOWN
};

struct farmgate_gpiod_settings {
  const char *consumer;
  bool output;
  bool active;              /* level of an output from the first moment on, after polarity */
  bool active_low;
  int bias;                 /* of an input */
  int edges;                /* of an input: FARMGATE_GPIOD_RISING | FARMGATE_GPIOD_FALLING; 0 for none */
  unsigned long debounce_us; /* 2.x only */
  size_t queue;             /* edges that the kernel keeps, 2.x only; 0 for its default of 16 */
};

struct farmgate_gpiod_edge {
  int64_t nanoseconds; /* CLOCK_MONOTONIC */
  uint32_t sequence;   /* counts this line's edges from 1; 0 in 1.x, which does not know */
  bool rising;         /* after polarity */
};

/* As many edges as one read can return: the kernel's whole queue in 1.x. */
enum { FARMGATE_GPIOD_BATCH = FARMGATE_GPIOD_MAJOR == 1 ? 16 : 64 };

static inline void farmgate_gpiod_copy(char *to, size_t size, const char *from) {
  if (from == NULL) from = "";
  strncpy(to, from, size - 1);
  to[size - 1] = 0;
}

#if FARMGATE_GPIOD_MAJOR == 1

static inline const char *farmgate_gpiod_version(void) { return gpiod_version_string(); }

static inline int farmgate_gpiod_describe_chip(struct gpiod_chip *chip, struct farmgate_gpiod_chip_info *info) {
  farmgate_gpiod_copy(info->name, sizeof info->name, gpiod_chip_name(chip));
  farmgate_gpiod_copy(info->label, sizeof info->label, gpiod_chip_label(chip));
  info->lines = gpiod_chip_num_lines(chip);
  return 0;
}

static inline int farmgate_gpiod_describe_line(
    struct gpiod_chip *chip, unsigned int offset, struct farmgate_gpiod_line_info *info) {
  struct gpiod_line *line = gpiod_chip_get_line(chip, offset);
  if (line == NULL || gpiod_line_update(line) != 0) return -1;
  farmgate_gpiod_copy(info->name, sizeof info->name, gpiod_line_name(line));
  farmgate_gpiod_copy(info->consumer, sizeof info->consumer, gpiod_line_consumer(line));
  info->used = gpiod_line_is_used(line);
  return 0;
}

static inline farmgate_gpiod_line *farmgate_gpiod_request(
    struct gpiod_chip *chip, unsigned int offset, const struct farmgate_gpiod_settings *settings) {
  static const int biases[] = {
      0, GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE, GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP,
      GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN};
  static const int inputs[] = {
      GPIOD_LINE_REQUEST_DIRECTION_INPUT, GPIOD_LINE_REQUEST_EVENT_RISING_EDGE,
      GPIOD_LINE_REQUEST_EVENT_FALLING_EDGE, GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES};
  struct gpiod_line_request_config config = {
      .consumer = settings->consumer,
      .request_type = settings->output ? GPIOD_LINE_REQUEST_DIRECTION_OUTPUT : inputs[settings->edges & 3],
      .flags = (settings->active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0) |
               (settings->output ? 0 : biases[settings->bias & 3])};
  struct gpiod_line *line = gpiod_chip_get_line(chip, offset);
  if (line == NULL || gpiod_line_request(line, &config, settings->active) != 0) return NULL;
  return line;
}

static inline void farmgate_gpiod_release(farmgate_gpiod_line *line) { gpiod_line_release(line); }

static inline int farmgate_gpiod_set(farmgate_gpiod_line *line, unsigned int offset, bool active) {
  (void)offset;
  return gpiod_line_set_value(line, active);
}

static inline int farmgate_gpiod_get(farmgate_gpiod_line *line, unsigned int offset) {
  (void)offset;
  return gpiod_line_get_value(line);
}

/* Of a line requested with edges. */
static inline int farmgate_gpiod_descriptor(farmgate_gpiod_line *line) { return gpiod_line_event_get_fd(line); }

struct farmgate_gpiod_buffer {
  struct gpiod_line_event events[FARMGATE_GPIOD_BATCH];
};

static inline struct farmgate_gpiod_buffer *farmgate_gpiod_buffer_new(void) {
  return (struct farmgate_gpiod_buffer *)calloc(1, sizeof(struct farmgate_gpiod_buffer));
}

static inline void farmgate_gpiod_buffer_free(struct farmgate_gpiod_buffer *buffer) { free(buffer); }

static inline int farmgate_gpiod_read_edges(
    farmgate_gpiod_line *line, struct farmgate_gpiod_buffer *buffer, struct farmgate_gpiod_edge *edges) {
  int count = gpiod_line_event_read_multiple(line, buffer->events, FARMGATE_GPIOD_BATCH);
  for (int i = 0; i < count; i++) {
    const struct gpiod_line_event *event = &buffer->events[i];
    edges[i].nanoseconds = (int64_t)event->ts.tv_sec * 1000000000 + event->ts.tv_nsec;
    edges[i].sequence = 0;
    edges[i].rising = event->event_type == GPIOD_LINE_EVENT_RISING_EDGE;
  }
  return count;
}

#else

static inline const char *farmgate_gpiod_version(void) { return gpiod_api_version(); }

static inline int farmgate_gpiod_describe_chip(struct gpiod_chip *chip, struct farmgate_gpiod_chip_info *info) {
  struct gpiod_chip_info *found = gpiod_chip_get_info(chip);
  if (found == NULL) return -1;
  farmgate_gpiod_copy(info->name, sizeof info->name, gpiod_chip_info_get_name(found));
  farmgate_gpiod_copy(info->label, sizeof info->label, gpiod_chip_info_get_label(found));
  info->lines = (unsigned int)gpiod_chip_info_get_num_lines(found);
  gpiod_chip_info_free(found);
  return 0;
}

static inline int farmgate_gpiod_describe_line(
    struct gpiod_chip *chip, unsigned int offset, struct farmgate_gpiod_line_info *info) {
  struct gpiod_line_info *found = gpiod_chip_get_line_info(chip, offset);
  if (found == NULL) return -1;
  farmgate_gpiod_copy(info->name, sizeof info->name, gpiod_line_info_get_name(found));
  farmgate_gpiod_copy(info->consumer, sizeof info->consumer, gpiod_line_info_get_consumer(found));
  info->used = gpiod_line_info_is_used(found);
  gpiod_line_info_free(found);
  return 0;
}

static inline int farmgate_gpiod_fill(
    struct gpiod_line_settings *to, const struct farmgate_gpiod_settings *settings) {
  static const enum gpiod_line_bias biases[] = {
      GPIOD_LINE_BIAS_AS_IS, GPIOD_LINE_BIAS_DISABLED, GPIOD_LINE_BIAS_PULL_UP, GPIOD_LINE_BIAS_PULL_DOWN};
  static const enum gpiod_line_edge edges[] = {
      GPIOD_LINE_EDGE_NONE, GPIOD_LINE_EDGE_RISING, GPIOD_LINE_EDGE_FALLING, GPIOD_LINE_EDGE_BOTH};
  gpiod_line_settings_set_active_low(to, settings->active_low);
  if (settings->output)
    return gpiod_line_settings_set_direction(to, GPIOD_LINE_DIRECTION_OUTPUT) != 0 ||
                   gpiod_line_settings_set_output_value(
                       to, settings->active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE) != 0
               ? -1
               : 0;
  gpiod_line_settings_set_debounce_period_us(to, settings->debounce_us);
  return gpiod_line_settings_set_direction(to, GPIOD_LINE_DIRECTION_INPUT) != 0 ||
                 gpiod_line_settings_set_bias(to, biases[settings->bias & 3]) != 0 ||
                 gpiod_line_settings_set_edge_detection(to, edges[settings->edges & 3]) != 0
             ? -1
             : 0;
}

static inline farmgate_gpiod_line *farmgate_gpiod_request(
    struct gpiod_chip *chip, unsigned int offset, const struct farmgate_gpiod_settings *settings) {
  struct gpiod_line_settings *line = gpiod_line_settings_new();
  struct gpiod_line_config *config = gpiod_line_config_new();
  struct gpiod_request_config *request = gpiod_request_config_new();
  farmgate_gpiod_line *result = NULL;
  if (line != NULL && config != NULL && request != NULL && farmgate_gpiod_fill(line, settings) == 0 &&
      gpiod_line_config_add_line_settings(config, &offset, 1, line) == 0) {
    gpiod_request_config_set_consumer(request, settings->consumer);
    gpiod_request_config_set_event_buffer_size(request, settings->queue);
    result = gpiod_chip_request_lines(chip, request, config);
  }
  int reason = errno;
  gpiod_request_config_free(request);
  gpiod_line_config_free(config);
  gpiod_line_settings_free(line);
  errno = reason;
  return result;
}

static inline void farmgate_gpiod_release(farmgate_gpiod_line *line) { gpiod_line_request_release(line); }

static inline int farmgate_gpiod_set(farmgate_gpiod_line *line, unsigned int offset, bool active) {
  return gpiod_line_request_set_value(
      line, offset, active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE);
}

static inline int farmgate_gpiod_get(farmgate_gpiod_line *line, unsigned int offset) {
  return gpiod_line_request_get_value(line, offset);
}

static inline int farmgate_gpiod_descriptor(farmgate_gpiod_line *line) { return gpiod_line_request_get_fd(line); }

struct farmgate_gpiod_buffer {
  struct gpiod_edge_event_buffer *events;
};

static inline struct farmgate_gpiod_buffer *farmgate_gpiod_buffer_new(void) {
  struct farmgate_gpiod_buffer *buffer = (struct farmgate_gpiod_buffer *)calloc(1, sizeof *buffer);
  if (buffer == NULL) return NULL;
  buffer->events = gpiod_edge_event_buffer_new(FARMGATE_GPIOD_BATCH);
  if (buffer->events != NULL) return buffer;
  free(buffer);
  return NULL;
}

static inline void farmgate_gpiod_buffer_free(struct farmgate_gpiod_buffer *buffer) {
  if (buffer == NULL) return;
  gpiod_edge_event_buffer_free(buffer->events);
  free(buffer);
}

static inline int farmgate_gpiod_read_edges(
    farmgate_gpiod_line *line, struct farmgate_gpiod_buffer *buffer, struct farmgate_gpiod_edge *edges) {
  int count = gpiod_line_request_read_edge_events(line, buffer->events, FARMGATE_GPIOD_BATCH);
  for (int i = 0; i < count; i++) {
    struct gpiod_edge_event *event = gpiod_edge_event_buffer_get_event(buffer->events, (unsigned long)i);
    edges[i].nanoseconds = (int64_t)gpiod_edge_event_get_timestamp_ns(event);
    edges[i].sequence = (uint32_t)gpiod_edge_event_get_line_seqno(event);
    edges[i].rising = gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE;
  }
  return count;
}

#endif
