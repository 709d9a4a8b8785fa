import { describe, expect, it } from 'vitest'
import { FamiliarError } from '../errors.ts'
import { chooseDevice, DEVICES, probeDevice, probeDevices } from './devices.ts'
import { failureReason } from './session.ts'

/** A backend that this system's ONNX Runtime was not built with. */
const absent = process.platform === 'win32' ? 'coreml' : 'dml'

describe('devices', () => {
  it('are probed in the order of preference, and the CPU computes right', async () => {
    const reports = await probeDevices()
    expect(reports.map(({ device }) => device)).toEqual([...DEVICES])
    expect(reports.at(-1)).toEqual({ device: 'cpu', usable: true, reason: 'ran a test product correctly' })
    for (const { reason } of reports) expect(reason).toMatch(/^[^\n]{4,200}$/)
  })

  it('that are absent are reported, not thrown', async () => {
    expect(await probeDevice(absent)).toEqual({
      device: absent,
      usable: false,
      reason: 'ONNX Runtime for this system does not have it',
    })
  })

  it('are chosen as DEVICE says, and the reason is told', async () => {
    expect(await chooseDevice('cpu')).toEqual({
      device: 'cpu',
      reason: 'DEVICE=cpu asks for it, and it ran a test product correctly',
    })
  })

  it('are not replaced by another when the one that DEVICE names does not work', async () => {
    const choice = chooseDevice(absent)
    await expect(choice).rejects.toBeInstanceOf(FamiliarError)
    await expect(choice).rejects.toMatchObject({
      code: 'DEVICE_UNUSABLE',
      message: `Expected DEVICE=${absent} to be usable but it is not: ONNX Runtime for this system does not have it`,
    })
  })

  it('that were lost give way to others, whatever DEVICE says, and the reason tells', async () => {
    const ran = 'first that ran a test product correctly'
    const { device, reason } = await chooseDevice(absent, [absent])
    expect(device).toBe((await chooseDevice()).device)
    expect(reason).toMatch(
      new RegExp(`^${ran} \\(not usable: ${absent}\\b.*; ${absent} was lost while it computed\\)$`),
    )
    // What works again is used again, but not for ever.
    expect(await chooseDevice('cpu', ['cpu'])).toEqual({
      device: 'cpu',
      reason: `${ran} (cpu was lost while it computed)`,
    })
    expect((await chooseDevice(absent, [absent, 'cuda', absent])).reason).toContain(
      `${absent} was lost 2 times and is left alone until the next start; cuda was lost while it computed`,
    )
    const every = [...DEVICES, ...DEVICES]
    await expect(chooseDevice('auto', every)).rejects.toMatchObject({ code: 'DEVICE_UNUSABLE' })
  })

  it('without a wish are the first that works', async () => {
    const { device, reason } = await chooseDevice()
    const reports = await probeDevices()
    expect(device).toBe(reports.find(({ usable }) => usable)!.device)
    expect(reason).toMatch(/^first that ran a test product correctly/)
  })
})

describe('a failure’s reason', () => {
  it.each([
    [
      '/src/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::Initialize(const Config&)::<lambda()> ' +
        'adapter.status == Success was false. Failed to get a WebGPU adapter: No supported adapters\n',
      'Failed to get a WebGPU adapter: No supported adapters',
    ],
    ['OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library', 'Failed to load shared library'],
    ['no available backend found. ERR: [dml] backend not found.', 'ONNX Runtime for this system does not have it'],
    ['[ONNXRuntimeError] : 7 : INVALID_PROTOBUF : Protobuf parsing failed.', 'Protobuf parsing failed'],
    ['/src/file.cc:1 f() x == 1 was false. ', '/src/file.cc:1 f() x == 1 was false'],
    ['', 'it gave no reason'],
  ])('of %j is %j', (message, reason) => {
    expect(failureReason(new Error(message))).toBe(reason)
  })

  it('is the cause’s where there is one', () => {
    expect(failureReason(new FamiliarError('SESSION_FAILED', 'Expected …', { cause: new Error('no memory') }))).toBe(
      'no memory',
    )
  })
})
