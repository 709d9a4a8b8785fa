import { defineConfig } from 'vitest/config'

/**
 * test/software-gpu needs a Vulkan driver in software (docs/testing.md says how to get one) and is part of the run when
 * FAMILIAR_VULKAN=1; the line printed here says so when it is not.
 */
const vulkan = process.env.FAMILIAR_VULKAN === '1'
if (!vulkan) console.info('test/software-gpu is left out: set FAMILIAR_VULKAN=1 to run it (docs/testing.md)')

export default defineConfig({
  test: {
    include: ['{src,engine,adapters,commands,test}/**/*.test.ts'],
    exclude: vulkan ? [] : ['test/software-gpu/**'],
    testTimeout: 20_000,
  },
})
