// SPDX-License-Identifier: GPL-2.0
/*
 * w1_sim: a 1-wire bus with DS18B20 thermometers, simulated bit by bit, so that the kernel's own w1 core and
 * w1_therm driver run on it unchanged: search, ROM match, conversion, scratchpad, CRC.
 *
 * Parameters, in /sys/module/w1_sim/parameters/ (arrays have one entry a thermometer, separated by commas):
 *   ids            48-bit serial numbers; kernel command line only (w1_sim.ids=0x0316a2795aff,...)
 *   millidegrees   what the thermometer measures at its next conversion
 *   present        0: unplugged, gives no answer at all
 *   bad_crc        1: the scratchpad arrives with a wrong checksum
 *   brownout       1: supply too weak to convert; the scratchpad keeps the power-on value, 85 degrees
 *   shorted        1: the data wire is shorted to ground (no presence pulse, all bits 0)
 *
 * Source of the protocol: Maxim DS18B20 data sheet 19-7487 rev 6, pages 6 to 16.
 */
#include <linux/bits.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/w1.h>

#define THERMOMETERS 4
#define FAMILY_DS18B20 0x28
#define SCRATCHPAD_BITS 72

static unsigned long long ids[THERMOMETERS] = {
	0x0316a2795aff, 0x0316a2795b01, 0x0316a2795b02, 0x0316a2795b03
};
static int millidegrees[THERMOMETERS] = { 3500, -2250, 21062, -10125 };
static int present[THERMOMETERS] = { 1, 1, 0, 0 };
static int bad_crc[THERMOMETERS];
static int brownout[THERMOMETERS];
static int shorted;
module_param_array(ids, ullong, NULL, 0444);
module_param_array(millidegrees, int, NULL, 0644);
module_param_array(present, int, NULL, 0644);
module_param_array(bad_crc, int, NULL, 0644);
module_param_array(brownout, int, NULL, 0644);
module_param(shorted, int, 0644);

/* What a thermometer is doing with the next time slot. */
enum phase { DESELECTED, ROM_COMMAND, MATCH_ROM, SEARCH_ROM, FUNCTION_COMMAND, RECEIVING, SENDING };

struct thermometer {
	u64 rom;		/* family, serial number, checksum; least significant bit first on the wire */
	u8 scratchpad[9];
	enum phase phase;
	unsigned int bit;	/* bits done in this phase */
	u8 command;		/* command byte being shifted in */
	u8 sending[9];
	unsigned int bits_to_send;
	u8 received[3];
};

static struct thermometer thermometers[THERMOMETERS];

static void power_on(struct thermometer *t)
{
	static const u8 reset[8] = { 0x50, 0x05, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10 };

	memcpy(t->scratchpad, reset, sizeof(reset));
}

static void enter(struct thermometer *t, enum phase phase)
{
	t->phase = phase;
	t->bit = 0;
	t->command = 0;
}

static void send(struct thermometer *t, const void *bytes, unsigned int bits)
{
	memcpy(t->sending, bytes, DIV_ROUND_UP(bits, 8));
	t->bits_to_send = bits;
	enter(t, SENDING);
}

static void convert(struct thermometer *t, int i)
{
	int unused_bits = 3 - ((t->scratchpad[4] >> 5) & 3);	/* 9 to 12 bits of resolution */
	int limited = clamp(millidegrees[i], -55000, 125000);
	int sixteenths = DIV_ROUND_CLOSEST(limited * 16, 1000) & ~(BIT(unused_bits) - 1);

	if (brownout[i]) {
		power_on(t);
		return;
	}
	t->scratchpad[0] = sixteenths & 0xff;
	t->scratchpad[1] = (sixteenths >> 8) & 0xff;
	/* Real parts show here whether a conversion took place: w1_therm's "features" test relies on it. */
	t->scratchpad[6] = 0x10 - (sixteenths & 0x0f);
}

static void run_function(struct thermometer *t, int i, u8 command)
{
	static const u8 externally_powered = 1;

	switch (command) {
	case 0x44:	/* convert; time slots read as 1, that is "done" */
		convert(t, i);
		enter(t, DESELECTED);
		break;
	case 0xbe:	/* read scratchpad */
		t->scratchpad[8] = w1_calc_crc8(t->scratchpad, 8) ^ (bad_crc[i] ? 0x5a : 0);
		send(t, t->scratchpad, SCRATCHPAD_BITS);
		break;
	case 0x4e:	/* write the two alarm limits and the configuration */
		memset(t->received, 0, sizeof(t->received));
		enter(t, RECEIVING);
		break;
	case 0xb4:	/* read power supply */
		send(t, &externally_powered, 1);
		break;
	default:	/* copy and recall: nothing that a reader could see */
		enter(t, DESELECTED);
	}
}

static void run_rom_command(struct thermometer *t, u8 command)
{
	__le64 rom = cpu_to_le64(t->rom);

	switch (command) {
	case 0xcc:
		enter(t, FUNCTION_COMMAND);
		break;
	case 0x55:
		enter(t, MATCH_ROM);
		break;
	case 0xf0:
		enter(t, SEARCH_ROM);
		break;
	case 0x33:
		send(t, &rom, 64);
		break;
	default:
		enter(t, DESELECTED);
	}
}

static u8 search_slot(struct thermometer *t, u8 written)
{
	u8 own = (t->rom >> (t->bit / 3)) & 1;

	switch (t->bit++ % 3) {
	case 0:
		return own;
	case 1:
		return !own;
	}
	if (written != own || t->bit == 3 * 64)
		enter(t, DESELECTED);
	return 1;
}

/* One time slot for one thermometer: what the master writes (1 also when it reads), and what comes back. */
static u8 slot(struct thermometer *t, int i, u8 written)
{
	u8 answer = 1;

	switch (t->phase) {
	case DESELECTED:
		break;
	case ROM_COMMAND:
	case FUNCTION_COMMAND:
		t->command |= written << t->bit;
		if (++t->bit < 8)
			break;
		if (t->phase == ROM_COMMAND)
			run_rom_command(t, t->command);
		else
			run_function(t, i, t->command);
		break;
	case MATCH_ROM:
		if (written != ((t->rom >> t->bit) & 1))
			enter(t, DESELECTED);
		else if (++t->bit == 64)
			enter(t, FUNCTION_COMMAND);
		break;
	case SEARCH_ROM:
		answer = search_slot(t, written);
		break;
	case SENDING:
		answer = (t->sending[t->bit / 8] >> (t->bit % 8)) & 1;
		if (++t->bit == t->bits_to_send)
			enter(t, DESELECTED);
		break;
	case RECEIVING:
		t->received[t->bit / 8] |= written << (t->bit % 8);
		if (++t->bit < 24)
			break;
		t->scratchpad[2] = t->received[0];
		t->scratchpad[3] = t->received[1];
		t->scratchpad[4] = (t->received[2] & 0x60) | 0x1f;
		enter(t, DESELECTED);
		break;
	}
	return answer;
}

static u8 touch_bit(void *data, u8 bit)
{
	u8 level = !!bit;
	int i;

	for (i = 0; i < THERMOMETERS; i++)
		if (present[i])
			level &= slot(&thermometers[i], i, !!bit);	/* the wire is an AND of all */
	return shorted ? 0 : level;
}

/* Returns 0 when somebody answers with a presence pulse. */
static u8 reset_bus(void *data)
{
	u8 nobody = 1;
	int i;

	for (i = 0; i < THERMOMETERS; i++) {
		if (present[i])
			nobody = 0;
		else
			power_on(&thermometers[i]);	/* what it will hold when plugged in again */
		enter(&thermometers[i], ROM_COMMAND);
	}
	return shorted ? 1 : nobody;
}

static struct w1_bus_master bus = { .touch_bit = touch_bit, .reset_bus = reset_bus };

static int __init w1_sim_init(void)
{
	int i, byte;

	for (i = 0; i < THERMOMETERS; i++) {
		u8 rom[8] = { FAMILY_DS18B20 };

		for (byte = 0; byte < 6; byte++)
			rom[1 + byte] = (ids[i] >> (8 * byte)) & 0xff;
		rom[7] = w1_calc_crc8(rom, 7);
		for (byte = 0; byte < 8; byte++)
			thermometers[i].rom |= (u64)rom[byte] << (8 * byte);
		power_on(&thermometers[i]);
	}
	return w1_add_master_device(&bus);
}
late_initcall(w1_sim_init);
MODULE_DESCRIPTION("Simulated 1-wire bus with DS18B20 thermometers");
MODULE_LICENSE("GPL");
