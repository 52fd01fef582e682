package io.github.k12sso.classlink.it.clock;

import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.keycloak.common.util.Time;

/** {@code POST /realms/{realm}/movable-clock/{seconds}}: Keycloak's clock goes so far ahead of the machine's. */
public class MovableClock {

    @POST
    @Path("{seconds}")
    @Produces(MediaType.TEXT_PLAIN)
    public String move(@PathParam("seconds") int seconds) {
        Time.setOffset(seconds);
        return String.valueOf(Time.getOffset());
    }
}
