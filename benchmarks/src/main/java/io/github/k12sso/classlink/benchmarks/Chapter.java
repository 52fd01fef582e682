package io.github.k12sso.classlink.benchmarks;

import java.util.List;

/** A group of rows measured on the same servers. */
interface Chapter {

    /** Starts the servers, measures and stops them. */
    List<FigureRow> measure(Bench bench);
}
