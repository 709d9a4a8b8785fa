# Familiar in a container; docs/deploy.md has the rest.
#
#   docker build -t familiar .
#   docker build -t familiar:cuda --target cuda .     # with an NVIDIA GPU

# CUDA and cuDNN 9, which ONNX Runtime's CUDA libraries load; the driver is the host's.
ARG CUDA_IMAGE=nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04

FROM node:24-bookworm-slim AS dependencies
WORKDIR /familiar
COPY package.json package-lock.json .npmrc ./
# ONNX Runtime comes for every system at once; this one's stays.
RUN npm ci --omit=dev && npm cache clean --force && cd node_modules/onnxruntime-node/bin/napi-v6 && \
  find . -mindepth 2 -maxdepth 2 -type d ! -path "./linux/$(node -p process.arch)" -exec rm -r {} +

FROM dependencies AS cuda-dependencies
RUN ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install

FROM ${CUDA_IMAGE} AS cuda
ENV NODE_ENV=production DATA_DIR=/data WEB_HOST=0.0.0.0 SLACK_HOST=0.0.0.0
WORKDIR /familiar
COPY --from=cuda-dependencies /usr/local/bin/node /usr/local/bin/
COPY --from=cuda-dependencies /familiar/node_modules node_modules
COPY . .
RUN mkdir /data && chown 1000:1000 /data
USER 1000:1000
VOLUME /data
EXPOSE 4747 3000
HEALTHCHECK --start-period=60s --timeout=10s CMD node -e "fetch('http://127.0.0.1:' + (process.env.WEB_PORT || 4747)).then(page => process.exit(page.ok ? 0 : 1), () => process.exit(1))"
CMD ["node", "bin/familiar.js", "start"]

# Last, so that it is what is built without --target.
FROM node:24-bookworm-slim AS cpu
ENV NODE_ENV=production DATA_DIR=/data WEB_HOST=0.0.0.0 SLACK_HOST=0.0.0.0
WORKDIR /familiar
COPY --from=dependencies /familiar/node_modules node_modules
COPY . .
RUN mkdir /data && chown 1000:1000 /data
USER 1000:1000
VOLUME /data
EXPOSE 4747 3000
HEALTHCHECK --start-period=60s --timeout=10s CMD node -e "fetch('http://127.0.0.1:' + (process.env.WEB_PORT || 4747)).then(page => process.exit(page.ok ? 0 : 1), () => process.exit(1))"
CMD ["node", "bin/familiar.js", "start"]
