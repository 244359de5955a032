# Sallyport in a container: nobody's rights, no shell in the way of a signal, nothing but what runs.
#
#   docker build --tag sallyport .
#   docker run --publish 443:8443 --publish 80:8080 --volume /etc/sallyport:/etc/sallyport:ro \
#     sallyport app:8000 --cert /etc/sallyport/site.pem --key /etc/sallyport/site.key
#
# --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges go with it.

FROM node:22-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY bin ./bin
COPY src ./src
RUN npm run build

FROM node:22-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && install --directory --owner=node --group=node --mode=0700 /data

FROM node:22-bookworm-slim
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=dependencies --chown=node:node /data /data
COPY --from=build /build/dist ./dist
COPY bin ./bin
COPY package.json LICENSE ./
ENV NODE_ENV=production SALLYPORT_DATA_DIR=/data
# The local authority and the control socket. Without a volume they go with the container.
VOLUME /data
USER node
EXPOSE 8443 8080
# Any answer is a good one: the app's health is the app's.
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s CMD ["node", "-e", "require('node:http').get({ host: '127.0.0.1', port: 8080, timeout: 4000 }, () => process.exit(0)).on('timeout', () => process.exit(1)).on('error', () => process.exit(1))"]
# The world sees 443 and 80, which the host publishes; every address, as a container has none that others do not reach.
ENTRYPOINT ["node", "/app/bin/sallyport.js", "--https", "0.0.0.0:8443", "--http", "0.0.0.0:8080", "--public-https-port", "443", "--public-http-port", "80"]
CMD ["--help"]
