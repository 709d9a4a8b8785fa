/**
 * A Vulkan driver that is lost when a test says so. It passes everything on to the driver that LOSING_DRIVER names. When
 * there is a file at LOSING_FILE, so many submissions go through as it says: then nothing can be submitted, as after a
 * driver's reset, and no device created, as when the card is gone. A device that was lost stays lost when the file is taken
 * away; a new one works.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VK_ERROR_INITIALIZATION_FAILED = -3, VK_ERROR_DEVICE_LOST = -4 };

typedef void (*Function)(void);
typedef Function (*Lookup)(void *of, const char *name);
typedef int32_t (*Submit)(void *queue, uint32_t count, const void *submits, uint64_t fence);
typedef int32_t (*Create)(void *gpu, const void *info, const void *allocator, void *device);
typedef int32_t (*Negotiate)(uint32_t *version);

static void *driver;
static Lookup of_device;
static Submit submit;
static Create create;
static int lost;

/** How many submissions are still to go through; -1 for any number. */
static int left(void) {
  const char *name = getenv("LOSING_FILE");
  FILE *file = name ? fopen(name, "r") : NULL;
  int number = 0;
  if (!file) return -1;
  if (fscanf(file, "%d", &number) != 1) number = 0;
  fclose(file);
  return number;
}

static void write_left(int number) {
  FILE *file = fopen(getenv("LOSING_FILE"), "w");
  if (!file) return;
  fprintf(file, "%d", number);
  fclose(file);
}

static int32_t losing_submit(void *queue, uint32_t count, const void *submits, uint64_t fence) {
  int number = left();
  if (number > 0) write_left(number - 1);
  lost = lost || number == 0;
  return lost ? VK_ERROR_DEVICE_LOST : submit(queue, count, submits, fence);
}

static int32_t losing_create(void *gpu, const void *info, const void *allocator, void *device) {
  return left() == 0 ? VK_ERROR_INITIALIZATION_FAILED : create(gpu, info, allocator, device);
}

static Function replaced(const char *name, Function found);

static Function losing_of_device(void *device, const char *name) { return replaced(name, of_device(device, name)); }

static Function replaced(const char *name, Function found) {
  if (!found) return found;
  if (!strcmp(name, "vkQueueSubmit")) {
    submit = (Submit)found;
    return (Function)losing_submit;
  }
  if (!strcmp(name, "vkCreateDevice")) {
    create = (Create)found;
    return (Function)losing_create;
  }
  if (!strcmp(name, "vkGetDeviceProcAddr")) {
    of_device = (Lookup)found;
    return (Function)losing_of_device;
  }
  return found;
}

__attribute__((constructor)) static void load(void) { driver = dlopen(getenv("LOSING_DRIVER"), RTLD_NOW); }

Function vk_icdGetInstanceProcAddr(void *instance, const char *name) {
  return replaced(name, ((Lookup)dlsym(driver, "vk_icdGetInstanceProcAddr"))(instance, name));
}

int32_t vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t *version) {
  return ((Negotiate)dlsym(driver, "vk_icdNegotiateLoaderICDInterfaceVersion"))(version);
}
