/**
 * Tells from a runtime's message that the device is gone for this process: its driver was reset, it was unplugged, or it
 * failed so that nothing can be computed there until another process opens it.
 */

/**
 * - WebGPU: measured on onnxruntime-node 1.30 with a Vulkan driver that answers VK_ERROR_DEVICE_LOST. Every later run and
 *   every new session of the process ends in the same message. Where no session was open, the next one asks for a device
 *   and gets none.
 * - CUDA: `CUDA failure NUMBER: …` (onnxruntime, cuda_call.cc), read and not run. The numbers are values of cudaError_t after
 *   which a process cannot go on, and those that say that no device is there any more. cuBLAS and cuDNN say only that a kernel
 *   failed.
 * - DirectML and WebGPU on Direct3D, read and not run: the DXGI_ERROR_DEVICE_… results (removed, hung, reset, internal error).
 */
const signs: readonly RegExp[] = [
  /\bDevice\]? is lost\b/i,
  /\bFailed to get a WebGPU (adapter|device)\b/,
  /\bCUDA failure (4|46|100|101|214|220|226|700|702|709|71[04-9]|999)\b/,
  /\b(CUBLAS|CUDNN)_STATUS_EXECUTION_FAILED\b/,
  /\b887A00(05|06|07|20)\b/i,
  /\b(VK|DXGI)_ERROR_(DEVICE_(LOST|REMOVED|HUNG|RESET)|DRIVER_INTERNAL_ERROR)\b/,
]

export function saysLost(error: unknown): boolean {
  const message = error instanceof Error ? error.message : String(error)
  return signs.some(sign => sign.test(message))
}
