# syntax=docker/dockerfile:1

# What runs in production, without development's packages. Node comes with the image, so npm's copy of it goes.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages/client/package.json packages/client/
COPY packages/protocol/package.json packages/protocol/
COPY packages/redis-kit/package.json packages/redis-kit/
COPY packages/windows-exec packages/windows-exec
COPY apps/server/package.json apps/server/
COPY apps/web/package.json apps/web/
RUN npm ci --omit=dev --no-fund --no-audit && rm -rf node_modules/node-linux-* node_modules/.bin/node

# Builds the web app; what builds it stays behind.
FROM node:24-bookworm-slim AS web
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages/client/package.json packages/client/
COPY packages/protocol/package.json packages/protocol/
COPY packages/redis-kit/package.json packages/redis-kit/
COPY packages/windows-exec packages/windows-exec
COPY apps/server/package.json apps/server/
COPY apps/web/package.json apps/web/
RUN npm ci --workspace apps/web --no-fund --no-audit
COPY packages packages
COPY apps/web apps/web
RUN node apps/web/build/main.ts

FROM node:24-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data PORT=5000
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=dependencies /app ./
COPY LICENSE ./
COPY packages packages
COPY apps apps
COPY --from=web /app/apps/web/dist apps/web/dist
USER node
VOLUME /data
EXPOSE 5000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --start-interval=1s \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The flag: see docs/decisions/0015-live-edge.md.
CMD ["node", "--max-semi-space-size=16", "apps/server/src/main/main.ts"]
