// SPDX-License-Identifier: GPL-2.0
/*
 * hx711_sim: an HX711 load-cell converter behind two simulated GPIO lines, so that the kernel's own hx711 driver
 * clocks it out bit by bit. The chip with the two lines is labelled "hx711-sim"; both are in use by the driver.
 *
 * Parameters, in /sys/module/hx711_sim/parameters/:
 *   counts      what the converter has measured, signed 24 bit, for channel A at gain 128 and channel B at gain 32
 *   present     0: unplugged; DOUT stays high, which is "no conversion yet" for ever
 *   period_ms   time between conversions: 100 (RATE pin low) or 12 (RATE pin high)
 *
 * The driver turns the chip's two's complement into offset binary: in_voltage0_raw is counts + 8388608.
 *
 * Source of the protocol: Avia Semiconductor HX711 data sheet, pages 4 and 5. Not simulated: power-down after SCK has
 * been high for 60 us. Here a busy host can stop the guest between two edges for longer than that, which no
 * interrupt-free section inside the guest prevents; a real processor cannot be stopped so.
 */
#include <linux/gpio/driver.h>
#include <linux/gpio/machine.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/platform_device.h>
#include <linux/regulator/fixed.h>
#include <linux/regulator/machine.h>

#define LABEL "hx711-sim"
#define DRIVER_NAME "hx711-gpio"
#define AVDD_MICROVOLTS 4300000		/* what the regulator on the usual module gives */

enum line { SCK, DOUT, LINES };

static int counts[2] = { 8234, 0 };
static int present = 1;
static int period_ms = 100;
module_param_array(counts, int, NULL, 0644);
module_param(present, int, 0644);
module_param(period_ms, int, 0644);

static struct {
	int sck;
	int unplugged;		/* at the last look */
	unsigned int pulses;	/* clocked out of the finished conversion so far */
	unsigned int gain;	/* of the conversion in hand: 128, 64 (channel A) or 32 (channel B) */
	u32 shifting;		/* the result being clocked out */
	ktime_t ready_at;	/* when the conversion in hand is finished */
} converter = { .unplugged = 1 };

static void start_conversion(unsigned int gain)
{
	converter.gain = gain;
	converter.ready_at = ktime_add_ms(ktime_get(), period_ms);
}

/* Plugging in is a power-on reset: gain 128, and a first conversion. */
static bool plugged_in(void)
{
	if (present && converter.unplugged) {
		converter.pulses = 0;
		start_conversion(128);
	}
	converter.unplugged = !present;
	return present;
}

static bool ready(void)
{
	if (ktime_before(ktime_get(), converter.ready_at))
		return false;
	if (converter.pulses >= 25)
		converter.pulses = 0;	/* the next conversion is there to be clocked out */
	return true;
}

static u32 result(void)
{
	int value = converter.gain == 32 ? counts[1] : counts[0];

	if (converter.gain == 64)
		value /= 2;
	return clamp(value, -0x800000, 0x7fffff) & 0xffffff;
}

/* 24 pulses shift the result out; the 25th to 27th choose the gain of the conversion that follows. */
static void rising_clock(void)
{
	static const unsigned int gains[] = { 128, 32, 64 };

	if (!plugged_in() || !(ready() || converter.pulses >= 25))
		return;
	if (converter.pulses == 0)
		converter.shifting = result();
	converter.pulses++;
	if (converter.pulses >= 25)
		start_conversion(gains[min(converter.pulses, 27U) - 25]);
}

static int data_level(void)
{
	if (!plugged_in() || !ready())
		return 1;
	if (converter.pulses == 0)
		return 0;
	return (converter.shifting >> (24 - converter.pulses)) & 1;
}

static int get(struct gpio_chip *chip, unsigned int offset)
{
	return offset == SCK ? converter.sck : data_level();
}

static void set(struct gpio_chip *chip, unsigned int offset, int value)
{
	if (offset != SCK)
		return;
	if (value && !converter.sck)
		rising_clock();
	converter.sck = !!value;
}

static int direction_output(struct gpio_chip *chip, unsigned int offset, int value)
{
	if (offset != SCK)
		return -EPERM;
	set(chip, offset, value);
	return 0;
}

static int direction_input(struct gpio_chip *chip, unsigned int offset)
{
	return offset == DOUT ? 0 : -EPERM;
}

static int get_direction(struct gpio_chip *chip, unsigned int offset)
{
	return offset == SCK ? GPIO_LINE_DIRECTION_OUT : GPIO_LINE_DIRECTION_IN;
}

static struct gpio_chip chip = {
	.label = LABEL,
	.owner = THIS_MODULE,
	.base = -1,
	.ngpio = LINES,
	.get = get,
	.set = set,
	.direction_output = direction_output,
	.direction_input = direction_input,
	.get_direction = get_direction,
};

static struct gpiod_lookup_table wiring = {
	.dev_id = DRIVER_NAME,
	.table = {
		GPIO_LOOKUP(LABEL, SCK, "sck", GPIO_ACTIVE_HIGH),
		GPIO_LOOKUP(LABEL, DOUT, "dout", GPIO_ACTIVE_HIGH),
		{ }
	},
};

static struct regulator_consumer_supply supply = REGULATOR_SUPPLY("avdd", DRIVER_NAME);

static int __init hx711_sim_init(void)
{
	int error = gpiochip_add_data(&chip, NULL);

	if (error)
		return error;
	gpiod_add_lookup_table(&wiring);
	if (!regulator_register_always_on(0, "hx711-avdd", &supply, 1, AVDD_MICROVOLTS))
		return -ENOMEM;
	return PTR_ERR_OR_ZERO(platform_device_register_simple(DRIVER_NAME, PLATFORM_DEVID_NONE, NULL, 0));
}
late_initcall(hx711_sim_init);
MODULE_DESCRIPTION("Simulated HX711 load-cell converter");
MODULE_LICENSE("GPL");
