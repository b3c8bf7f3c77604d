# hakaru as a container image, on any Debian-like base with glibc (bookworm or newer): see docs/install.md.
#     docker build -t hakaru .
ARG BASE_IMAGE=docker.io/library/debian:bookworm-slim

# Debian's npm runs on an old Node.js; npm ci brings the Node.js 24 that builds the bundle and goes into the image.
FROM ${BASE_IMAGE} AS build
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates npm
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run bundle \
 && mkdir -p /image/opt /image/usr/local/bin /image/data /image/etc/hakaru \
 && mv dist /image/opt/hakaru \
 && cp node_modules/node-linux-*/bin/node /image/usr/local/bin/node

FROM ${BASE_IMAGE}
RUN groupadd --gid 10001 hakaru \
 && useradd --uid 10001 --gid hakaru --groups dialout --no-create-home --home-dir /data --shell /usr/sbin/nologin hakaru
COPY --from=build /image/opt/hakaru /opt/hakaru
COPY --from=build /image/usr/local/bin/node /usr/local/bin/node
COPY --from=build --chown=10001:10001 /image/data /data
COPY --from=build /image/etc/hakaru /etc/hakaru

USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# Asks inside the container, so it holds for a page on 127.0.0.1 too. For another port than 8080: --health-cmd.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["/usr/local/bin/node", "-e", "require('node:http').get('http://127.0.0.1:8080/healthz', (answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=1", "--no-maglev", "/opt/hakaru/hakaru.mjs"]
CMD ["run", "--config", "/etc/hakaru/site.yaml", "--data", "/data"]
