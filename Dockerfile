# An optimized Keycloak with the extension and its theme. First build the jar: mvn -pl provider package
ARG KEYCLOAK_VERSION=26.7.4
FROM quay.io/keycloak/keycloak:${KEYCLOAK_VERSION} AS build
COPY --chown=1000:0 provider/target/keycloak-classlink-*.jar /opt/keycloak/providers/
RUN set -- /opt/keycloak/providers/keycloak-classlink-*.jar && if [ $# != 1 ]; then echo "Several jars in provider/target: $*" >&2; exit 1; fi
ENV KC_DB=postgres KC_HEALTH_ENABLED=true KC_METRICS_ENABLED=true KC_VAULT=file
RUN /opt/keycloak/bin/kc.sh build

FROM quay.io/keycloak/keycloak:${KEYCLOAK_VERSION}
COPY --from=build --chown=1000:0 /opt/keycloak/ /opt/keycloak/
USER 1000
ENTRYPOINT ["/opt/keycloak/bin/kc.sh"]
CMD ["start", "--optimized"]
