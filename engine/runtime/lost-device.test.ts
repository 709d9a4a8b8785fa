import { describe, expect, it } from 'vitest'
import { saysLost } from './lost-device.ts'

const cuda = (failure: string) =>
  `Non-zero status code returned while running MatMul node. Name:'x' Status Message: /onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:129 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*) ${failure} ; GPU=0 ; hostname=box ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/gpu_data_transfer.cc ; line=63 ; expr=cudaMemcpyAsync(dst_data, src_data, bytes, cudaMemcpyHostToDevice); `

describe('a lost device', () => {
  it.each([
    '/onnxruntime_src/onnxruntime/core/providers/webgpu/buffer_manager.cc:641 void onnxruntime::webgpu::BufferManager::Download(WGPUBuffer, void*, size_t) const map_async_result.status == wgpu::MapAsyncStatus::Success was false. Failed to download data from buffer. wgpu::MapAsyncStatus value: 4, message: [Device] is lost.\n',
    '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:183 auto adapter.RequestDevice() status == wgpu::RequestDeviceStatus::Success was false. Failed to get a WebGPU device: vkCreateDevice failed with VK_ERROR_INITIALIZATION_FAILED',
    cuda('CUDA failure 700: an illegal memory access was encountered'),
    cuda('CUDA failure 719: unspecified launch failure'),
    cuda('CUDA failure 999: unknown error'),
    cuda('CUDA failure 100: no CUDA-capable device is detected'),
    cuda('CUBLAS failure 13: CUBLAS_STATUS_EXECUTION_FAILED'),
    'D:\\a\\_work\\1\\s\\onnxruntime\\core\\providers\\dml\\DmlExecutionProvider\\src\\ExecutionProvider.cpp(962)\\onnxruntime.dll!00007FFABA30B0B1: (caller: 00007FFABA30B740) Exception(3) tid(5a68) 887A0005 The GPU device instance has been suspended. Use GetDeviceRemovedReason to determine the appropriate action.',
    'DmlGraphFusionHelper.cpp(1078) 887A0006 The GPU will not respond to more commands, most likely because of an invalid command passed by the calling application.',
  ])('is recognised in %j', message => {
    expect(saysLost(new Error(message))).toBe(true)
  })

  it.each([
    cuda('CUDA failure 2: out of memory'),
    cuda('CUDA failure 1: invalid argument'),
    cuda('CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED'),
    'Failed to download data from buffer: [Invalid Buffer (unlabeled)] is invalid due to a previous error.',
    'Got invalid dimensions for input: tokens for the following indices index: 0 Got: 700 Expected: 999',
  ])('is not read into %j', message => {
    expect(saysLost(new Error(message))).toBe(false)
  })
})
