package io.github.k12sso.classlink.it.support.browser;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * A picture of one of our forms in the admin console. It carries the fields that the form had when it was taken, so that the
 * provider's {@code FormPicturesTest} can tell a picture that is older than the form.
 */
public final class FormPicture {

    /** Signature and header of a PNG file: 8 bytes, and a chunk of 25. */
    private static final int HEADER = 33;

    private static final String KEYWORD = "Form";

    private final JsonNode fields;
    private final Map<String, String> texts;

    /**
     * Makes pictures of one form.
     *
     * @param fields as Keycloak describes the form to the console
     * @param texts the console's English texts
     */
    public FormPicture(JsonNode fields, Map<String, String> texts) {
        this.fields = fields;
        this.texts = texts;
    }

    /** Takes one of the window. */
    public void take(Chromium browser, String name) {
        Path picture = browser.screenshot(name);
        try {
            Files.write(picture, withText(Files.readAllBytes(picture)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What can be seen of each field, one per line: name, label, type, default and options. */
    private String form() {
        StringBuilder form = new StringBuilder();
        for (JsonNode field : fields) {
            form.append(String.join(
                            " | ",
                            field.get("name").asText(),
                            texts.get(field.get("label").asText()),
                            field.get("type").asText(),
                            field.path("defaultValue").asText(""),
                            field.path("options").toString()))
                    .append('\n');
        }
        return form.toString();
    }

    private byte[] withText(byte[] png) throws IOException {
        byte[] chunk = ("tEXt" + KEYWORD + '\0' + form()).getBytes(StandardCharsets.ISO_8859_1);
        CRC32 checksum = new CRC32();
        checksum.update(chunk);
        ByteArrayOutputStream marked = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(marked);
        out.write(png, 0, HEADER);
        out.writeInt(chunk.length - "tEXt".length());
        out.write(chunk);
        out.writeInt((int) checksum.getValue());
        out.write(png, HEADER, png.length - HEADER);
        return marked.toByteArray();
    }
}
