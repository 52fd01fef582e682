package io.github.k12sso.classlink.it.support.clock;

import io.github.k12sso.classlink.keycloak.PassedTime;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import org.keycloak.common.util.Time;

/** Resource at {@code /realms/{realm}/movable-clock}. */
public class ClockResource {

    /** {@code POST passed/{seconds}}: lets time pass for the provider's in-memory state. */
    @POST
    @Path("passed/{seconds}")
    @Produces(MediaType.TEXT_PLAIN)
    public String pass(@PathParam("seconds") int seconds) {
        PassedTime.of(Duration.ofSeconds(seconds));
        return String.valueOf(seconds);
    }

    /** {@code POST {seconds}}: sets the offset of Keycloak's clock from the machine's clock. */
    @POST
    @Path("{seconds}")
    @Produces(MediaType.TEXT_PLAIN)
    public String move(@PathParam("seconds") int seconds) {
        Time.setOffset(seconds);
        return String.valueOf(Time.getOffset());
    }
}
