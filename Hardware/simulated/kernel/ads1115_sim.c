// SPDX-License-Identifier: GPL-2.0
/*
 * ads1115_sim: an ADS1115 converter at address 0x48 of a simulated I2C bus, message by message, so that the kernel's
 * own ti-ads1015 driver configures and reads it unchanged.
 *
 * Parameters, in /sys/module/ads1115_sim/parameters/:
 *   microvolts   at inputs AIN0 to AIN3, against ground
 *   present      0: unplugged; nobody acknowledges the address (ENXIO)
 *
 * Source: Texas Instruments ADS1115 data sheet SBAS444E, sections 9.5.1 (messages) and 9.6 (registers).
 * Not simulated: the comparator, and the time that a conversion takes (the driver waits for it on its own account).
 */
#include <linux/i2c.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#define ADDRESS 0x48

enum converter_register { CONVERSION, CONFIGURATION, LOW_THRESHOLD, HIGH_THRESHOLD, REGISTERS };

static int microvolts[4] = { 1250000, 0, 0, 0 };
static int present = 1;
module_param_array(microvolts, int, NULL, 0644);
module_param(present, int, 0644);

static const u16 at_reset[REGISTERS] = { 0x0000, 0x8583, 0x8000, 0x7fff };
static u16 registers[REGISTERS];
static u8 pointer;
static bool unplugged = true;

/* What the input multiplexer and the amplifier of the configuration register make of the voltages. */
static u16 conversion(void)
{
	static const int full_scale_microvolts[8] = {
		6144000, 4096000, 2048000, 1024000, 512000, 256000, 256000, 256000
	};
	static const s8 inputs[8][2] = {
		{ 0, 1 }, { 0, 3 }, { 1, 3 }, { 2, 3 }, { 0, -1 }, { 1, -1 }, { 2, -1 }, { 3, -1 }
	};
	const s8 *pair = inputs[(registers[CONFIGURATION] >> 12) & 7];
	int full_scale = full_scale_microvolts[(registers[CONFIGURATION] >> 9) & 7];
	s64 difference = microvolts[pair[0]] - (pair[1] < 0 ? 0 : microvolts[pair[1]]);

	return clamp_t(s64, div_s64(difference * 32768, full_scale), -32768, 32767);
}

static void write_message(const u8 *bytes, int length)
{
	if (length > 0)
		pointer = bytes[0] & 3;
	if (length >= 3 && pointer != CONVERSION)
		registers[pointer] = bytes[1] << 8 | bytes[2];
}

static void read_message(u8 *bytes, int length)
{
	u16 value = pointer == CONVERSION ? conversion() : registers[pointer];
	int i;

	for (i = 0; i < length; i++)
		bytes[i] = i == 0 ? value >> 8 : i == 1 ? value & 0xff : 0xff;
}

static int transfer(struct i2c_adapter *adapter, struct i2c_msg *messages, int count)
{
	int i;

	if (present && unplugged)	/* plugging in is a power-on reset */
		memcpy(registers, at_reset, sizeof(registers));
	unplugged = !present;
	for (i = 0; i < count; i++) {
		if (unplugged || messages[i].addr != ADDRESS)
			return -ENXIO;
		if (messages[i].flags & I2C_M_RD)
			read_message(messages[i].buf, messages[i].len);
		else
			write_message(messages[i].buf, messages[i].len);
	}
	return count;
}

static u32 functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C;
}

static const struct i2c_algorithm algorithm = { .master_xfer = transfer, .functionality = functionality };

static struct i2c_adapter bus = { .owner = THIS_MODULE, .name = "ads1115-sim", .algo = &algorithm };

static int __init ads1115_sim_init(void)
{
	struct i2c_board_info part = { I2C_BOARD_INFO("ads1115", ADDRESS) };
	int error = i2c_add_adapter(&bus);

	if (error)
		return error;
	return PTR_ERR_OR_ZERO(i2c_new_client_device(&bus, &part));
}
late_initcall(ads1115_sim_init);
MODULE_DESCRIPTION("Simulated ADS1115 analogue converter on a simulated I2C bus");
MODULE_LICENSE("GPL");
