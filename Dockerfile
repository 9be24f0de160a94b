# syntax=docker/dockerfile:1
FROM node:26-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
RUN mkdir /out && npm pack --silent --pack-destination /out
RUN --mount=type=cache,target=/root/.npm npm install --global --no-audit --no-fund --prefix /app /out/halyard-*.tgz
RUN install -d -m 700 /empty

FROM node:26-bookworm-slim
COPY --from=build /app /app
COPY --from=build --chown=1000:1000 /empty /data
ENV NODE_ENV=production HALYARD_HOST=0.0.0.0
# `node` in the image; by number, so that Kubernetes can tell that it is not root.
USER 1000:1000
# The default database is ./data/halyard.db.
WORKDIR /
VOLUME /data
EXPOSE 4280
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HALYARD_PORT || 4280}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/lib/node_modules/halyard/dist/bin.js"]
CMD ["start"]
